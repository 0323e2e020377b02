package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What Linux says about a process in {@code /proc}: processor time and memory. Processor time is counted in ticks of 10 ms, so
 * what is measured should last seconds.
 */
final class Proc {
    /** Linux counts processor time for programs in hundredths of a second on every platform we know. */
    private static final double TICKS_PER_SECOND = 100;

    /** Fields of {@code /proc/PID/stat} behind the program's name, which may hold blanks itself. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;
    private static final int CHILD_USER_TICKS = 13;
    private static final int CHILD_SYSTEM_TICKS = 14;

    private Proc() {}

    /** Processor seconds of a living process and of those it started that live, user and system, all threads. */
    static double cpuSeconds(long pid) {
        double seconds = 0;
        for (long each : family(pid)) {
            String[] fields = stat(Long.toString(each));
            seconds += (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND;
        }
        return seconds;
    }

    /** A process and its descendants: an agent has one that runs libtorrent. */
    private static List<Long> family(long pid) {
        return Stream.concat(
                        Stream.of(pid),
                        ProcessHandle.of(pid).stream()
                                .flatMap(ProcessHandle::descendants)
                                .map(ProcessHandle::pid))
                .toList();
    }

    /** Processor seconds of all children of this program that have ended and were waited for. */
    static double endedChildrenCpuSeconds() {
        String[] fields = stat("self");
        return (Long.parseLong(fields[CHILD_USER_TICKS]) + Long.parseLong(fields[CHILD_SYSTEM_TICKS]))
                / TICKS_PER_SECOND;
    }

    private static String[] stat(String process) {
        try {
            String line = Files.readString(Path.of("/proc", process, "stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The largest resident sets so far of a process and its descendants; empty when it is gone. */
    static OptionalLong peakResidentBytes(long pid) {
        return sum(pid, "status", "VmHWM:");
    }

    /** The resident sets now of a process and its descendants, shared pages counted whole. */
    static OptionalLong residentBytes(long pid) {
        return sum(pid, "smaps_rollup", "Rss:");
    }

    /** The same, shared pages divided among those who share them. */
    static OptionalLong proportionalBytes(long pid) {
        return sum(pid, "smaps_rollup", "Pss:");
    }

    private static OptionalLong sum(long pid, String file, String field) {
        long[] found = family(pid).stream()
                .map(each -> kibibytes(Path.of("/proc", Long.toString(each), file), field))
                .flatMapToLong(OptionalLong::stream)
                .toArray();
        return found.length == 0
                ? OptionalLong.empty()
                : OptionalLong.of(LongStream.of(found).sum());
    }

    private static OptionalLong kibibytes(Path file, String field) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return lines.stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst();
    }

    /** The mean number of runnable processes over the last minute. */
    static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
