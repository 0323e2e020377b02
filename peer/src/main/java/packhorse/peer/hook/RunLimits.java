package packhorse.peer.hook;

/**
 * What a confined program may use of the machine. Programs that are not confined have time limits only: a package's own scripts
 * build databases and unpack compilers.
 *
 * @param processesMax processes and threads at one time; a shell script with a pipeline has ten, a fork bomb meets it in a
 *     millisecond
 * @param memoryBytesMax memory with what it keeps in its temporary directory; a Java program for a health check has room
 * @param temporaryBytesMax what its {@code /tmp} holds, in memory
 * @param freeBytesMin it is ended when a file system that it may write to has less free than this, so that a machine whose
 *     disk it fills can still say so
 */
public record RunLimits(int processesMax, long memoryBytesMax, long temporaryBytesMax, long freeBytesMin) {
    public static final RunLimits DEFAULT = new RunLimits(64, 512L << 20, 64L << 20, 64L << 20);

    public RunLimits {
        if (processesMax < 8 || memoryBytesMax < 16L << 20 || temporaryBytesMax < 1 || freeBytesMin < 0) {
            throw new IllegalArgumentException("no program runs with " + processesMax + " processes, " + memoryBytesMax
                    + " bytes of memory and " + temporaryBytesMax + " of temporary files");
        }
    }
}
