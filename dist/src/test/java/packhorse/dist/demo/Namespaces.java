package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.topology.IpAddress;

/**
 * Real interfaces: the middle and every office is a network namespace, each joined to a router by one virtual cable. An office's machines share its namespace, so whatever they say to each other stays off the cable, and the cable's own counters
 * are what the office's line carried. Needs root.
 */
final class Namespaces implements Surroundings {
    private final AddressPlan addresses = new AddressPlan("10.99");
    private final String name = "ph" + ProcessHandle.current().pid();
    private final int sites;

    Namespaces(int sites, int endpoints) {
        this.sites = sites;
        try {
            run("ip netns add " + router());
            run("ip -n " + router() + " link set lo up");
            run("ip netns exec " + router() + " sysctl -qw net.ipv4.ip_forward=1");
            addPlace(0, List.of(addresses.tracker(), addresses.origin(), addresses.outsider()));
            for (int site = 1; site <= sites; site++) {
                List<IpAddress> machines = new ArrayList<>(List.of(addresses.sitePeer(site)));
                for (int endpoint = 1; endpoint <= endpoints; endpoint++) {
                    machines.add(addresses.endpoint(site, endpoint));
                }
                addPlace(site, machines);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void addPlace(int site, List<IpAddress> machines) {
        String place = namespace(site);
        String gateway = addresses.prefix() + "." + site + ".254";
        run("ip netns add " + place);
        run("ip -n " + place + " link set lo up");
        run("ip link add wan netns " + place + " type veth peer name s" + site + " netns " + router());
        run("ip -n " + router() + " addr add " + gateway + "/24 dev s" + site);
        run("ip -n " + router() + " link set s" + site + " up");
        for (IpAddress machine : machines) {
            run("ip -n " + place + " addr add " + machine + "/24 dev wan");
        }
        run("ip -n " + place + " link set wan up");
        run("ip -n " + place + " route add default via " + gateway);
    }

    private String router() {
        return name + "r";
    }

    private String namespace(int site) {
        return name + "s" + site;
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
        return List.of("ip", "netns", "exec", namespace(site));
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
        List<String> all = new ArrayList<>(List.of(router()));
        for (int site = 0; site <= sites; site++) {
            all.add(namespace(site));
        }
        for (String each : all) {
            try {
                run("ip netns del " + each);
            } catch (IllegalStateException e) {
                // It was not made yet.
            }
        }
    }
}
