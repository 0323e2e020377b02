package packhorse.peer.swarm;

import java.util.BitSet;

/**
 * What a puller wants of a pack and from where, so that its site's line carries each piece once.
 *
 * <p>Three sets decide: the pieces of this puller's share (piece p belongs to puller p mod count), those it has, and those that
 * connected peers of its own site have. It needs from outside what is in its share, not had, and had by no local peer. While
 * such pieces are left, they come first; pieces that local peers have are wanted too, last, so that the fast local links work
 * meanwhile; the rest is not wanted at all. libtorrent gives priorities to pieces, not to peers, and a fast peer from outside
 * would be asked for local pieces as soon as no needed piece is left to ask for: so when the needed rest fits in the request
 * queue, only that rest is wanted, and when nothing is needed any more, connections to the outside are closed before local pieces
 * are wanted again. A plan stands until the engine looks again, and pieces come meanwhile: the rest counts as fitting from
 * {@value #QUEUES_AHEAD} queues on, one that is asked for and one that may come before the next look.
 *
 * @param needed pieces to fetch from outside the site
 * @param wanted pieces to fetch at all
 * @param outside whether connections to the outside are of use
 */
record SharePlan(BitSet needed, BitSet wanted, boolean outside) {
    /** Priorities as libtorrent counts them: 0 not at all, 4 normal, 7 first. */
    static final byte NOT_WANTED = 0;

    static final byte LAST = 1;
    static final byte NORMAL = 4;
    static final byte FIRST = 7;

    /** 24 MB between two looks, four a second: a line of 750 Mbit/s, or a slower one and a machine that looks late. */
    private static final int QUEUES_AHEAD = 2;

    /**
     * Decides.
     *
     * @param had pieces in the file
     * @param local pieces that connected local peers have
     * @param queuePieces how many pieces a request queue holds
     */
    static SharePlan of(int pieceCount, int index, int count, BitSet had, BitSet local, int queuePieces) {
        BitSet needed = new BitSet(pieceCount);
        for (int piece = 0; piece < pieceCount; piece++) {
            boolean own = count <= 1 || piece % count == index;
            if (own && !had.get(piece) && !local.get(piece)) {
                needed.set(piece);
            }
        }
        BitSet wanted = (BitSet) needed.clone();
        boolean outside = !needed.isEmpty();
        if (!outside || needed.cardinality() > QUEUES_AHEAD * queuePieces) {
            BitSet fromLocal = (BitSet) local.clone();
            fromLocal.andNot(had);
            wanted.or(fromLocal);
        }
        return new SharePlan(needed, wanted, outside);
    }

    /** The priority of a piece under this plan; pieces that are had keep any. */
    byte priority(int piece) {
        if (needed.get(piece)) {
            return FIRST;
        }
        return wanted.get(piece) ? LAST : NOT_WANTED;
    }
}
