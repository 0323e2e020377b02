/**
 * The seeder's commands: {@code keys}, {@code publish}, {@code origin}. They read options and configuration, call the part that
 * does the work and print its outcome. Who may enter: dist's Main.
 */
@NullMarked
package packhorse.seeder.cli;

import org.jspecify.annotations.NullMarked;
