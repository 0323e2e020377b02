package packhorse.console.gate;

/** What came of the endpoints of one site. */
public record SiteTally(String site, long succeeded, long failed, long unreported) {
    public SiteTally {
        if (site.isBlank()) {
            throw new IllegalArgumentException("a tally without the name of its site");
        }
        if (succeeded < 0 || failed < 0 || unreported < 0) {
            throw new IllegalArgumentException("the site " + site + " has a negative count: " + succeeded
                    + " succeeded, " + failed + " failed, " + unreported + " unreported");
        }
    }

    long reported() {
        return succeeded + failed;
    }

    long due() {
        return succeeded + failed + unreported;
    }
}
