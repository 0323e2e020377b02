/**
 * The figures of {@code docs/figures.md}: what Packhorse costs, always against another program that does the same work on the
 * same machine in the same run.
 *
 * <p>Entered through {@link packhorse.dist.bench.BenchCommand} alone. What holds here: a figure is a ratio, and both of its sides
 * are measured in turns (A B A B) and reduced to medians, since absolute numbers belong to a machine and a moment; the
 * machine's load is shown beside them; our side is always the real program as a process of its own; an outside program that
 * is missing costs one line and its rows, not the run; no process and no file stays behind. Nothing here is a test: a
 * missed aim is said, and the exit code stays 0.
 */
@NullMarked
package packhorse.dist.bench;

import org.jspecify.annotations.NullMarked;
