package packhorse.core.topology;

/**
 * A CIDR block (RFC 4632).
 *
 * @param base the first address, host bits zero
 * @param prefixLength leading bits that are fixed, 0 to 32 or 128
 */
public record Subnet(IpAddress base, int prefixLength) {
    public Subnet {
        if (prefixLength < 0 || prefixLength > base.bitCount()) {
            throw new IllegalArgumentException(
                    "a prefix of " + base + " is 0 to " + base.bitCount() + " bits, not " + prefixLength);
        }
        for (int bit = prefixLength; bit < base.bitCount(); bit++) {
            if (base.bit(bit)) {
                throw new IllegalArgumentException(base + "/" + prefixLength + " has bits set beyond its prefix");
            }
        }
    }

    /** @throws IllegalArgumentException unless the text is {@code address/prefix} with zero host bits */
    public static Subnet parse(String text) {
        int slash = text.indexOf('/');
        try {
            return new Subnet(
                    IpAddress.parse(text.substring(0, Math.max(slash, 0))),
                    Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a subnet; write 10.1.0.0/16 or 2001:db8::/48", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a subnet: " + e.getMessage(), e);
        }
    }

    public boolean contains(IpAddress address) {
        if (address.bitCount() != base.bitCount()) {
            return false;
        }
        for (int bit = 0; bit < prefixLength; bit++) {
            if (address.bit(bit) != base.bit(bit)) {
                return false;
            }
        }
        return true;
    }

    public boolean overlaps(Subnet other) {
        return prefixLength <= other.prefixLength ? contains(other.base) : other.contains(base);
    }

    /** The last address of the block. */
    public IpAddress last() {
        byte[] bytes = base.bytes();
        for (int bit = prefixLength; bit < base.bitCount(); bit++) {
            bytes[bit / 8] |= (byte) (1 << (7 - bit % 8));
        }
        return IpAddress.ofBytes(bytes);
    }

    @Override
    public String toString() {
        return base + "/" + prefixLength;
    }
}
