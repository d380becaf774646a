package io.http2duplex.example;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.nio.file.Path;

public class FirstServer {
    public static void main(String[] args) {
        DuplexHandler echo = DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output()))
                .build();
        DuplexServer.builder()
                .port(7000)
                .tls(DevelopmentCertificates.in(Path.of("certs/dev")).sslContext())
                .handle("/example", echo)
                .resources(FirstServer.class.getClassLoader(), "page")
                .resources(FirstServer.class.getClassLoader(), "META-INF/resources/http2-duplex")
                .build()
                .start();
    }
}
