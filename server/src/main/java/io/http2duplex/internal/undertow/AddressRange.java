package io.http2duplex.internal.undertow;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A range of IP addresses that begin with the same bits (CIDR, RFC 4632): {@code 10.0.0.0/8}, {@code ::1}. */
final class AddressRange {
    /** An IPv6 address that ends as an IPv4 one does. */
    private static final int LONGEST = 45;

    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final byte[] network;
    private final int bits;

    private AddressRange(byte[] network, int bits) {
        this.network = network;
        this.bits = bits;
    }

    /** @throws IllegalArgumentException if it is no address, with or without a number of bits */
    static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
        String bits = slash < 0 ? "" : text.substring(slash + 1);
        if (address == null || (slash >= 0 && !DECIMAL.matcher(bits).matches())) {
            throw noRange(text);
        }
        byte[] network = address.getAddress();
        int count = slash < 0 ? 8 * network.length : Integer.parseInt(bits);
        if (count > 8 * network.length) {
            throw noRange(text);
        }
        return new AddressRange(network, count);
    }

    private static IllegalArgumentException noRange(String text) {
        return new IllegalArgumentException(
                "A proxy must be an address, or a range such as 10.0.0.0/8 or 2001:db8::/32, not: " + text);
    }

    /** {@return the address that is written there; null if there is none} No name is ever looked up. */
    static @Nullable InetAddress address(String text) {
        try {
            if (text.length() <= LONGEST && IPV6.matcher(text).matches()) {
                return InetAddress.getByName("[" + text + "]");
            }
            String[] parts = text.split("\\.", -1);
            byte[] bytes = new byte[4];
            for (int i = 0; i < 4; i++) {
                if (parts.length != 4 || !DECIMAL.matcher(parts[i]).matches() || Integer.parseInt(parts[i]) > 255) {
                    return null;
                }
                bytes[i] = (byte) Integer.parseInt(parts[i]);
            }
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null; // colons, but no address
        }
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        int whole = bits / 8;
        if (bytes.length != network.length || !Arrays.equals(bytes, 0, whole, network, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & 0xFF) >>> (8 - rest) == 0;
    }
}
