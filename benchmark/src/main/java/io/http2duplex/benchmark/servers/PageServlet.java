package io.http2duplex.benchmark.servers;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page's files; isolation gives the page a finer clock. */
final class PageServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient Path page;

    PageServlet(Path page) {
        this.page = page.toAbsolutePath().normalize();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Path file = page.resolve(request.getRequestURI().substring(1)).normalize();
        if (!file.startsWith(page) || !Files.isRegularFile(file)) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setContentType(file.toString().endsWith(".js") ? "text/javascript" : "text/html");
        response.setHeader(BenchmarkServer.OPENER_POLICY.toString(), "same-origin");
        response.setHeader(BenchmarkServer.EMBEDDER_POLICY.toString(), "require-corp");
        try (OutputStream body = response.getOutputStream()) {
            Files.copy(file, body);
        }
    }
}
