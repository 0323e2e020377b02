/**
 * A deployment's middle in one command: the tracker, the origin and the console on one machine, each a process, made from nothing the
 * first time and gone on with afterwards. Only {@link packhorse.dist.up.UpCommand} may be entered.
 *
 * <p>Invariants: what lies in the directory is never overwritten, so whatever people changed there counts; what is half made when the
 * first start is cut off is made by the next one; no process outlives the command.
 */
@NullMarked
package packhorse.dist.up;

import org.jspecify.annotations.NullMarked;
