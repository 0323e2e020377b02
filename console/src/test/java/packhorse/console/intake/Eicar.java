package packhorse.console.intake;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The harmless text that every scanner knows; in two halves, so that no scanner knows this file. */
final class Eicar {
    private Eicar() {}

    static byte[] bytes() {
        return ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A signature of it, in any file at any place, as the daemon's databases have them. */
    static String signature() {
        return "Eicar-Test-Signature:0:*:" + HexFormat.of().formatHex(bytes()) + "\n";
    }
}
