package packhorse.tracker.desired;

/**
 * A line of the sheet that does not act.
 *
 * @param place where it stands
 * @param wish what it asks for
 * @param why with the mend
 */
public record Refused(String place, String wish, String why) {
    @Override
    public String toString() {
        return place + ": " + wish + " does not act: " + why;
    }
}
