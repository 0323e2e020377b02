package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.topology.IpAddress;

/**
 * Real interfaces: the middle and every office is a network namespace, each office joined to the middle by one virtual cable.
 * An office's machines share its namespace, so whatever they say to each other stays off the cable, and the cable's own counters
 * are what the office's line carried. Needs root.
 */
final class Namespaces implements Surroundings {
    private final AddressPlan addresses = new AddressPlan("10.99");
    private final String name = "ph" + ProcessHandle.current().pid();
    private final int sites;

    Namespaces(int sites, int endpoints) {
        this.sites = sites;
        try {
            run("ip netns add " + namespace(0));
            run("ip -n " + namespace(0) + " link set lo up");
            for (IpAddress middle : List.of(addresses.tracker(), addresses.origin(), addresses.outsider())) {
                run("ip -n " + namespace(0) + " addr add " + middle + "/32 dev lo");
            }
            run("ip netns exec " + namespace(0) + " sysctl -qw net.ipv4.ip_forward=1");
            for (int site = 1; site <= sites; site++) {
                addSite(site, endpoints);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void addSite(int site, int endpoints) {
        String middle = namespace(0);
        String office = namespace(site);
        String gateway = addresses.prefix() + "." + site + ".254";
        run("ip netns add " + office);
        run("ip -n " + office + " link set lo up");
        run("ip link add wan netns " + office + " type veth peer name s" + site + " netns " + middle);
        run("ip -n " + middle + " addr add " + gateway + "/24 dev s" + site);
        run("ip -n " + middle + " link set s" + site + " up");
        run("ip -n " + office + " addr add " + addresses.sitePeer(site) + "/24 dev wan");
        for (int endpoint = 1; endpoint <= endpoints; endpoint++) {
            run("ip -n " + office + " addr add " + addresses.endpoint(site, endpoint) + "/24 dev wan");
        }
        run("ip -n " + office + " link set wan up");
        run("ip -n " + office + " route add default via " + gateway);
    }

    private String namespace(int site) {
        return name + (site == 0 ? "m" : "s" + site);
    }

    /** What came into the office over its cable, all headers and all talk included. */
    long bytesIntoOffice(int site) {
        return Long.parseLong(run("ip netns exec " + namespace(site) + " cat /sys/class/net/wan/statistics/rx_bytes"));
    }

    private static String run(String command) {
        try {
            Process process = new ProcessBuilder(command.split(" ", -1))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public AddressPlan addresses() {
        return addresses;
    }

    @Override
    public List<String> prefix(int site) {
        return new ArrayList<>(List.of("ip", "netns", "exec", namespace(site)));
    }

    @Override
    public boolean reachable() {
        return false;
    }

    @Override
    public int freePort(IpAddress host, int first) {
        return first;
    }

    @Override
    public void close() {
        for (int site = 0; site <= sites; site++) {
            try {
                run("ip netns del " + namespace(site));
            } catch (IllegalStateException e) {
                // It was not made yet.
            }
        }
    }
}
