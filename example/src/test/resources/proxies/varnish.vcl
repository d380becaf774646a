# Varnish: HTTP/1.1 to the proxy with TLS in front of it, HTTP/1.1 to the server.
vcl 4.1;

backend application {
    .host = "127.0.0.1";
    .port = "@TARGET@";
    # 60 s by default: longer than the server's heartbeat. The tests shorten both.
    .first_byte_timeout = 3s;
    .between_bytes_timeout = 3s;
}

sub vcl_recv {
    # WebSockets get through.
    if (req.http.Upgrade ~ "(?i)websocket") {
        return (pipe);
    }
    # Nothing of a duplex is stored, and no download waits for another one of the same path.
    return (pass);
}

sub vcl_pipe {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
}
