package packhorse.console.notice;

import java.util.EnumMap;
import java.util.Map;

/** The words for each kind of notice. */
public final class Templates {
    private static final String CALL = "\n\nQuestions: {call}\n";

    private final Map<NoticeKind, Template> byKind = new EnumMap<>(NoticeKind.class);

    /** @param own an operator's, in place of the built-in ones */
    public Templates(Map<NoticeKind, Template> own) {
        for (NoticeKind kind : NoticeKind.values()) {
            Template template = own.get(kind);
            byKind.put(kind, template == null ? builtIn(kind) : template);
        }
    }

    /** The built-in ones. */
    public static Templates builtIn() {
        return new Templates(Map.of());
    }

    /** What the one who calls {@code call} with questions reads. */
    public Message message(Notice notice, String call) {
        Template template = byKind.get(notice.kind());
        if (template == null) {
            throw new IllegalStateException("no words for " + notice.kind());
        }
        return template.fill(notice.values(call));
    }

    private static Template builtIn(NoticeKind kind) {
        return switch (kind) {
            case ANNOUNCED ->
                parse(
                        kind,
                        "{about}: {title} is coming",
                        "{text}\n\nWhat: {title}\nWhen: from {starts}\nWhere: {sites}" + CALL);
            case BETA_STARTED ->
                parse(
                        kind,
                        "{about}: beta group started",
                        "{text}\n\nWhat: {title}\nWave: {wave}, {endpoints} endpoints\nSince: {at}" + CALL);
            case GO ->
                parse(kind, "{about}: go", "{text}\n\nWhat: {title}\nDecided by: {who}\nEvidence: {evidence}" + CALL);
            case NO_GO ->
                parse(
                        kind,
                        "{about}: no go",
                        "{text}\n\nWhat: {title}\nDecided by: {who}\nEvidence: {evidence}" + CALL);
            case WAVE_STARTED ->
                parse(
                        kind,
                        "{about}: {wave} started",
                        "{text}\n\nWhat: {title}\nWave: {wave}, {endpoints} endpoints\nSince: {at}" + CALL);
            case WAVE_JUDGED ->
                parse(
                        kind,
                        "{about}: {wave} {verdict}",
                        "{text}\n\nWhat: {title}\nVerdict: {verdict}\nEvidence: {evidence}\nAt: {at}" + CALL);
            case GATE_FAILED ->
                parse(
                        kind,
                        "{about}: {wave} did not pass its gate",
                        "{text}\n\nWhat: {title}\nVerdict: {verdict}\nEvidence: {evidence}\nAt: {at}" + CALL);
            case HELD ->
                parse(
                        kind,
                        "{about}: held",
                        "{text}\n\nNothing new starts.\nWhat: {title}\nBy: {who}, {at}\nWhy: {reason}" + CALL);
            case LAW_BROKEN ->
                parse(
                        kind,
                        "{about}: held, law {law} is broken",
                        "{text}\n\nNothing new starts.\nWhat: {title}\nLaw {law}: {reason}\nFound: {at}" + CALL);
            case ESCALATED ->
                parse(
                        kind,
                        "{about}: somebody has to decide",
                        "{text}\n\nWhat: {title}\nWhat it waits for: {reason}\nAs of: {at}" + CALL);
            case ROLLED_BACK ->
                parse(kind, "{about}: rolled back", "{text}\n\nWhat: {title}\nBy: {who}, {at}\nWhy: {reason}" + CALL);
            case STATUS ->
                parse(
                        kind,
                        "{about}: {state}",
                        "{text}\n\nWhat: {title}\nDone: {done}\nNext: {next}\nAs of: {at}" + CALL);
            case CLOSED -> parse(kind, "{about}: closed", "{text}\n\nWhat: {title}\nResult: {result}\nAt: {at}" + CALL);
            case CHANGE_OPENED -> parse(kind, "{about}: opened", "{text}\n\nWhat: {title}\nBy: {who}\nRisk: {risk}\n");
            case CHANGE_APPROVED ->
                parse(kind, "{about}: approved", "{text}\n\nWhat: {title}\nBy: {who}\nDigest: {digest}\n");
            case CHANGE_CLOSED -> parse(kind, "{about}: closed", "{text}\n\nWhat: {title}\nResult: {result}\n");
            case PROBLEM_OPENED ->
                parse(
                        kind,
                        "{about}: problem opened",
                        "{text}\n\nOrder: {order}\nCode: {code}\nEndpoints: {endpoints}\n");
            case PROBLEM_TRANSFERRED ->
                parse(
                        kind,
                        "{about}: problem transferred to {team}",
                        "{text}\n\nOrder: {order}\nTo: {team}\nBy: {who}\n");
        };
    }

    private static Template parse(NoticeKind kind, String subject, String text) {
        return Template.parse(kind, subject, text);
    }
}
