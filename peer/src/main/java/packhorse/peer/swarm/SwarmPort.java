package packhorse.peer.swarm;

/** The way into the engine, for the one who owns the swarms' state. Events come back through the consumer given at the start. */
public interface SwarmPort extends AutoCloseable {
    /**
     * Hands a command over; never blocks.
     *
     * @return false when the engine's queue is full or the engine has ended: say it again later
     */
    boolean offer(SwarmCommand command);

    /** Ends the engine and waits for it; bounded. Counters are reported once more before it ends. */
    @Override
    void close();
}
