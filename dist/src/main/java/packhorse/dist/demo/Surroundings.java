package packhorse.dist.demo;

import java.util.List;
import packhorse.core.topology.IpAddress;

/** The network a deployment lies in: loopback for the demo, namespaces with real interfaces in the laboratory. */
interface Surroundings extends AutoCloseable {
    AddressPlan addresses();

    /** The words before a command line that put a process into {@code site}, 0 for the middle; empty where all is one. */
    List<String> prefix(int site);

    /** Whether this process itself can open a connection to the middle. */
    boolean reachable();

    /** A port of {@code host} that is free, the first from {@code first} on. */
    int freePort(IpAddress host, int first);

    @Override
    void close();
}
