package packhorse.console.rest;

import packhorse.core.PlainText;

/**
 * Why a request was not done (RFC 9457, {@code application/problem+json}).
 *
 * @param type tells programs which kind it is: {@code /problems/stale}
 * @param title the kind in words, always the same
 * @param status of HTTP
 * @param detail what, where and how to mend it, in one line
 * @param instance the path that was asked
 */
public record Problem(String type, String title, int status, String detail, String instance) {
    /** Its media type. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final int DETAIL_LENGTH_MAX = 2_000;

    /** The kinds there are. */
    enum Kind {
        INVALID(400, "the request is not right"),
        NOT_SIGNED_IN(401, "sign in first"),
        FORBIDDEN(403, "this is not for your roles"),
        FOREIGN(403, "pages of other sites are not answered"),
        NOT_THERE(404, "there is no such thing"),
        WRONG_VERB(405, "this is not done here"),
        EXISTS(409, "it is there already"),
        REFUSED(409, "a rule of the road says no"),
        FENCED(409, "another console does this now"),
        TWICE(409, "this key was used for something else"),
        STALE(412, "it was changed meanwhile"),
        TOO_LONG(413, "the request is too long"),
        WRONG_TYPE(415, "this media type is not taken here"),
        VERSION_MISSING(428, "say which version you saw"),
        WAIT(429, "wait before the next try"),
        FAILED(500, "the console failed"),
        AWAY(503, "the console cannot do it now");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        int status() {
            return status;
        }

        Problem of(String detail, String instance) {
            String line = PlainText.line(detail);
            return new Problem(
                    "/problems/" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                    title,
                    status,
                    line.length() > DETAIL_LENGTH_MAX ? line.substring(0, DETAIL_LENGTH_MAX) : line,
                    PlainText.line(instance));
        }
    }
}
