package io.http2duplex.internal.handler;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.UploadOutcome;
import java.util.function.Consumer;

/** A router that tells the requests of an endpoint apart, and gives each to the dialect that serves it. */
final class RequestRouter {
    private static final String ALLOW = "GET, POST, OPTIONS";

    private final PlainDialect plain;
    private final ResumableDialect resumable;
    private final Origins origins;
    private final Admission admission;
    private final AuthorizationGate gate;
    private final OpenExchanges exchanges;

    RequestRouter(
            PlainDialect plain,
            ResumableDialect resumable,
            Origins origins,
            Admission admission,
            AuthorizationGate gate,
            OpenExchanges exchanges) {
        this.plain = plain;
        this.resumable = resumable;
        this.origins = origins;
        this.admission = admission;
        this.gate = gate;
        this.exchanges = exchanges;
    }

    void route(Exchange exchange) {
        UploadOutcome early = origins.check(exchange);
        if (early != null) {
            exchanges.answer(exchange, early);
            return;
        }
        switch (exchange.method()) {
            case "GET" -> download(exchange);
            case "POST" -> upload(exchange);
            case "OPTIONS" -> {
                exchange.setField("Allow", ALLOW);
                exchanges.answer(exchange, UploadOutcome.TAKEN);
            }
            default -> {
                exchange.setField("Allow", ALLOW);
                exchanges.refuse(exchange, Problem.methodNotAllowed());
            }
        }
    }

    private void download(Exchange exchange) {
        Problem problem = exchange.noDownload();
        if (problem != null) {
            exchanges.refuse(exchange, problem);
            return;
        }
        DownloadRequest request = DownloadRequest.parse(exchange.fields());
        if (request instanceof DownloadRequest.Refused refused) {
            exchanges.refuse(exchange, refused.problem());
        } else if (request instanceof DownloadRequest.OpensResumable opens) {
            open(exchange, opening -> resumable.open(opening, opens));
        } else if (request instanceof DownloadRequest.Resumes resumes) {
            resumable.resume(exchange, resumes);
        } else {
            open(exchange, plain::open);
        }
    }

    private void open(Exchange exchange, Consumer<AdmittedRequest> dialect) {
        DuplexRequest request = exchange.request();
        Admission.Place place = admission.enter(exchange.connectionKey(), request.remoteAddress(), System.nanoTime());
        if (place.problem() != null) {
            exchanges.refuse(exchange, place.problem());
            return;
        }
        gate.open(exchange, request, new AuthorizationGate.Opened() {
            @Override
            public void accepted(DuplexRequest accepted) {
                String account = accepted.account();
                Problem problem = account == null ? null : place.giveTo(account);
                if (problem == null) {
                    dialect.accept(new AdmittedRequest(exchange, accepted, place));
                } else {
                    place.leave();
                    exchanges.refuse(exchange, problem);
                }
            }

            @Override
            public void refused() {
                place.leave();
            }
        });
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
