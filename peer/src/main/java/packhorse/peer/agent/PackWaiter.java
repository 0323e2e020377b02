package packhorse.peer.agent;

/** Somebody who waits for a pack to be whole; is told on the owner thread, and of one end only. */
interface PackWaiter {
    /** Whether somebody sits and waits. */
    boolean isPerson();

    /** Every piece is there; the whole is read once more. */
    void proving();

    /** The pack stands whole in the store. The end. */
    void whole(PackState pack);

    /** The pack was given up. The end. */
    void lost(Refused why);
}
