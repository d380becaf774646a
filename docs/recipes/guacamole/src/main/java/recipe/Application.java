package recipe;

import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.apache.guacamole.net.InetGuacamoleSocket;
import org.apache.guacamole.protocol.ConfiguredGuacamoleSocket;
import org.apache.guacamole.protocol.GuacamoleConfiguration;

/** A page with a remote desktop. Arguments: the port to listen on; host and port of guacd; host and port of a VNC server. */
public class Application {
    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        String guacd = arguments[1];
        int guacdPort = Integer.parseInt(arguments[2]);
        GuacamoleConfiguration vnc = new GuacamoleConfiguration();
        vnc.setProtocol("vnc");
        vnc.setParameter("hostname", arguments[3]);
        vnc.setParameter("port", arguments[4]);

        // Which desktop a user may have is decided here, by the request's account.
        RemoteDesktops desktops = new RemoteDesktops(
                request -> new ConfiguredGuacamoleSocket(new InetGuacamoleSocket(guacd, guacdPort), vnc),
                Executors.newCachedThreadPool());
        DuplexServer server = DuplexServer.builder()
                .port(port)
                .handle("/tunnel", DuplexHandler.builder(desktops).build())
                .resources(Application.class.getClassLoader(), "page")
                .resources(Application.class.getClassLoader(), "META-INF/resources/http2-duplex")
                .build();
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.shutdown(Duration.ZERO)));
        System.out.println("Started Application: http://localhost:" + port + "/index.html");
    }
}
