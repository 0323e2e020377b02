package packhorse.dist.demo;

/**
 * A release that was published here.
 *
 * @param carried whether it travels on a medium too
 */
record Ware(String product, String version, boolean carried) {
    /** As the console names it. */
    String release() {
        return product + "/" + version + "/any";
    }
}
