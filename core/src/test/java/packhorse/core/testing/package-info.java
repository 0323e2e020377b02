/**
 * What the tests of every module share: how a test says that it was not run, and why. Built as core's test-jar; nothing of
 * the product may enter.
 */
@NullMarked
package packhorse.core.testing;

import org.jspecify.annotations.NullMarked;
