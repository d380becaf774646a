package recipe;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexRequest;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.apache.guacamole.GuacamoleConnectionClosedException;
import org.apache.guacamole.GuacamoleException;
import org.apache.guacamole.io.GuacamoleReader;
import org.apache.guacamole.io.GuacamoleWriter;
import org.apache.guacamole.net.GuacamoleSocket;
import org.apache.guacamole.net.GuacamoleTunnel;
import org.apache.guacamole.net.SimpleGuacamoleTunnel;
import org.apache.guacamole.protocol.GuacamoleInstruction;

/** Joins each duplex to a connection of guacd's. Instructions pass as they are, in UTF-8. */
final class RemoteDesktops implements DuplexCallback {
    /** Connects to guacd for a page. */
    interface Connector {
        GuacamoleSocket connect(DuplexRequest request) throws GuacamoleException;
    }

    private final Connector connector;
    private final Executor threads;

    RemoteDesktops(Connector connector, Executor threads) {
        this.connector = connector;
        this.threads = threads;
    }

    @Override
    public void onDuplex(Duplex duplex) throws IOException {
        try {
            GuacamoleTunnel tunnel = new SimpleGuacamoleTunnel(connector.connect(duplex.request()));
            try {
                threads.execute(() -> toGuacd(duplex, tunnel));
                toPage(tunnel, duplex);
            } finally {
                tunnel.close();
            }
        } catch (GuacamoleException e) {
            // Guacamole's status codes are numbers that an application may reset a duplex with.
            duplex.reset(e.getStatus().getGuacamoleStatusCode(), e.getMessage());
        }
    }

    private static void toPage(GuacamoleTunnel tunnel, Duplex duplex) throws IOException, GuacamoleException {
        GuacamoleReader guacd = tunnel.acquireReader();
        try (Writer page = new OutputStreamWriter(duplex.outputStream(), StandardCharsets.UTF_8)) {
            // As Guacamole's own tunnels begin: by the tunnel's id, in an instruction without a name.
            page.write(new GuacamoleInstruction("", tunnel.getUUID().toString()).toString());
            page.flush();
            for (char[] instructions; (instructions = guacd.read()) != null; ) {
                page.write(instructions);
                if (!guacd.available()) {
                    page.flush();
                }
            }
        } catch (GuacamoleConnectionClosedException e) {
            // The remote desktop has ended, or the page has gone.
        } finally {
            tunnel.releaseReader();
        }
    }

    private static void toGuacd(Duplex duplex, GuacamoleTunnel tunnel) {
        GuacamoleWriter guacd = tunnel.acquireWriter();
        try (Reader page = new InputStreamReader(duplex.inputStream(), StandardCharsets.UTF_8)) {
            char[] instructions = new char[8192];
            for (int count; (count = page.read(instructions)) >= 0; ) {
                guacd.write(instructions, 0, count);
            }
        } catch (IOException | GuacamoleException e) {
            // The page has gone, or guacd has: the other thread finds it out below.
        } finally {
            tunnel.releaseWriter();
            close(tunnel);
        }
    }

    private static void close(GuacamoleTunnel tunnel) {
        try {
            tunnel.close();
        } catch (GuacamoleException e) {
            // It is closed.
        }
    }
}
