package packhorse.console.law;

import java.util.List;

/** Something that must not happen, whatever happens. */
public interface Law {
    /** 1 to 13. */
    int number();

    /** What it says, for people. */
    String sentence();

    /** How it is broken by what happened between the two; none where it holds. */
    List<Breach> breaches(World before, World now);
}
