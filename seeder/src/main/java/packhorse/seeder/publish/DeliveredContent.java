package packhorse.seeder.publish;

import java.nio.file.Path;
import packhorse.seeder.build.BuiltContent;

/**
 * Content that is at the origin and not yet published.
 *
 * @param built what it is
 * @param fileList where its file list lies on this machine
 */
record DeliveredContent(BuiltContent built, Path fileList) {}
