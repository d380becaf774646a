package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.UploadOutcome;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A router that tells the requests of an endpoint apart, and gives each to the dialect that serves it.
 *
 * @param oneRequest null: PUT is not served
 * @param sockets null: there are no WebSockets
 */
record RequestRouter(
        PlainDialect plain,
        ResumableDialect resumable,
        @Nullable OneRequestDialect oneRequest,
        @Nullable UnattachedSockets sockets,
        Origins origins,
        Admission admission,
        AuthorizationGate gate,
        OpenExchanges exchanges) {
    void route(Exchange exchange) {
        UploadOutcome early = origins.check(exchange);
        if (early != null) {
            exchanges.answer(exchange, early);
            return;
        }
        switch (exchange.method()) {
            case "GET" -> download(exchange);
            case "POST" -> upload(exchange);
            case "PUT" -> both(exchange);
            case "OPTIONS" -> {
                allow(exchange);
                exchanges.answer(exchange, UploadOutcome.TAKEN);
            }
            default -> notAllowed(exchange);
        }
    }

    private void notAllowed(Exchange exchange) {
        allow(exchange);
        exchanges.refuse(exchange, Problem.methodNotAllowed());
    }

    private void allow(Exchange exchange) {
        exchange.setField("Allow", oneRequest == null ? "GET, POST, OPTIONS" : "GET, POST, PUT, OPTIONS");
    }

    private void download(Exchange exchange) {
        Problem problem = exchange.noDownload();
        if (problem != null) {
            exchanges.refuse(exchange, problem);
            return;
        }
        if (sockets != null && exchange.asksForSocket()) {
            InetSocketAddress remote = exchange.request(null).remoteAddress();
            exchange.upgrade(socket -> sockets.opened(socket, remote));
            return;
        }
        DownloadRequest request = DownloadRequest.parse(exchange.fields());
        if (request instanceof DownloadRequest.Refused refused) {
            exchanges.refuse(exchange, refused.problem());
        } else if (request instanceof DownloadRequest.OpensResumable opens) {
            if (!resumable.resumeOpened(exchange, opens)) {
                open(exchange, opening -> resumable.open(opening, opens));
            }
        } else if (request instanceof DownloadRequest.Resumes resumes) {
            resumable.resume(exchange, resumes);
        } else {
            open(exchange, plain::open);
        }
    }

    private void both(Exchange exchange) {
        if (oneRequest == null) {
            notAllowed(exchange);
            return;
        }
        Problem problem = exchange.fields().get(HeaderNames.ID).isEmpty() ? exchange.noDownload() : Problem.putWithId();
        if (problem == null) {
            open(exchange, oneRequest::open);
        } else {
            exchanges.refuse(exchange, problem);
        }
    }

    private void open(Exchange exchange, Consumer<AdmittedRequest> dialect) {
        if (exchange.room() == Exchange.Room.NONE) {
            exchanges.refuse(exchange, Problem.tooFewStreams());
            return;
        }
        Admission.Place place =
                admission.enter(exchange.connectionKey(), exchange.request(null).remoteAddress(), System.nanoTime());
        if (place.problem() == null) {
            gate.open(exchange, place, dialect);
        } else {
            exchanges.refuse(exchange, place.problem());
        }
    }

    private void upload(Exchange exchange) {
        RequestFields fields = exchange.fields();
        if (fields.get(HeaderNames.VERSION).isEmpty()) {
            plain.upload(exchange, fields);
        } else {
            resumable.upload(exchange, fields);
        }
    }
}
