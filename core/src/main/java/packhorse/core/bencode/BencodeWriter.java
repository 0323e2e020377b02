package packhorse.core.bencode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the one encoding of a value. */
final class BencodeWriter {
    private BencodeWriter() {}

    static byte[] encode(Bencode value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(value, out);
        return out.toByteArray();
    }

    private static void write(Bencode value, ByteArrayOutputStream out) {
        switch (value) {
            case Bencode.BInteger integer -> ascii("i" + integer.value() + "e", out);
            case Bencode.BString string -> string(string, out);
            case Bencode.BList list -> {
                out.write('l');
                list.items().forEach(item -> write(item, out));
                out.write('e');
            }
            case Bencode.BDictionary dictionary -> {
                out.write('d');
                dictionary.entries().forEach((key, item) -> {
                    string(key, out);
                    write(item, out);
                });
                out.write('e');
            }
        }
    }

    private static void string(Bencode.BString string, ByteArrayOutputStream out) {
        ascii(string.length() + ":", out);
        out.writeBytes(string.shared());
    }

    private static void ascii(String text, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
