package packhorse.seeder.origin;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers a request with a file or, where one range is asked for (RFC 9110 §14), with that part of it. */
final class FileAnswer {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int PARTIAL_CONTENT = 206;
    private static final int UNSATISFIABLE = 416;
    private static final int NOT_FOUND = 404;

    private FileAnswer() {}

    /**
     * Answers with {@code file}.
     *
     * @param immutable whether the address names these bytes for ever
     * @param still asked before each buffer: an answer may last for hours
     */
    static void send(Context context, Path file, String type, boolean immutable, AdmittedOnly.StillAdmitted still)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            context.status(NOT_FOUND).contentType("text/plain").result("there is no such file here\n");
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            context.contentType(type);
            context.header("Accept-Ranges", "bytes");
            context.header("Cache-Control", immutable ? "private, max-age=31536000, immutable" : "no-cache");
            String header = context.header("Range");
            // Other units and several ranges at once may be answered with the whole (RFC 9110 §14.2).
            String asked = header == null || !Range.isOne(header) ? null : header;
            Optional<Range> range = asked == null ? Optional.of(new Range(0, size)) : Range.parse(asked, size);
            if (range.isEmpty()) {
                context.status(UNSATISFIABLE).header("Content-Range", "bytes */" + size);
                return;
            }
            Range part = range.get();
            if (asked != null) {
                context.status(PARTIAL_CONTENT)
                        .header(
                                "Content-Range",
                                "bytes " + part.from() + "-" + (part.from() + part.length() - 1) + "/" + size);
            }
            context.res().setContentLengthLong(part.length());
            if (!context.method().name().equals("HEAD")) {
                copy(channel, part, context.res().getOutputStream(), still);
            }
        }
    }

    private record Range(long from, long length) {
        static boolean isOne(String header) {
            Matcher asked = RANGE.matcher(header.strip());
            return asked.matches()
                    && !(asked.group(1).isEmpty() && asked.group(2).isEmpty());
        }

        /** The part of {@code size} bytes that is asked for; empty when there is no such part. */
        static Optional<Range> parse(String header, long size) {
            Matcher asked = RANGE.matcher(header.strip());
            if (!asked.matches()) {
                return Optional.empty();
            }
            if (asked.group(1).isEmpty()) {
                long last = Math.min(size, Long.parseLong(asked.group(2)));
                return last == 0 ? Optional.empty() : Optional.of(new Range(size - last, last));
            }
            long from = Long.parseLong(asked.group(1));
            long to = asked.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(asked.group(2)));
            return from >= size || to < from ? Optional.empty() : Optional.of(new Range(from, to - from + 1));
        }
    }

    private static void copy(FileChannel channel, Range part, OutputStream out, AdmittedOnly.StillAdmitted still)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, part.length()));
        long at = part.from();
        long end = part.from() + part.length();
        while (at < end) {
            still.check();
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw new IOException("the file became shorter while it was sent");
            }
            out.write(buffer.array(), 0, read);
            at += read;
        }
    }
}
