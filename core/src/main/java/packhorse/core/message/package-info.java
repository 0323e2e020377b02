/**
 * What agents, trackers and the local command line say to each other: one protobuf schema and one frame codec.
 */
@NullMarked
package packhorse.core.message;

import org.jspecify.annotations.NullMarked;
