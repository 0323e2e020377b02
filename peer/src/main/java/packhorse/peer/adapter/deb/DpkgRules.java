package packhorse.peer.adapter.deb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import packhorse.peer.adapter.packages.InstallRoot;
import packhorse.peer.adapter.packages.Inventory;
import packhorse.peer.adapter.packages.Inventory.Item;

/**
 * What a machine makes of packages beyond what they say: diversions (a file of ours is put under another name, because another package
 * has its own there), overridden modes (dpkg-statoverride), and names that its administrator keeps out of all packages
 * ({@code path-exclude}).
 */
final class DpkgRules {
    /** dpkg reads its own options from the machine's, for any root. */
    private static final Path CONFIGURATION = Path.of("/etc/dpkg");

    private record Filter(boolean out, Pattern names) {}

    private final Map<String, String> diversions = new HashMap<>();
    private final Map<String, Integer> modes = new HashMap<>();
    private final List<Filter> filters = new ArrayList<>();

    private DpkgRules() {}

    /** Reads them, as they hold for {@code packages}. */
    static DpkgRules read(InstallRoot root, Set<String> packages) throws IOException {
        DpkgRules rules = new DpkgRules();
        List<String> lines = lines(root, DpkgDatabase.DIRECTORY + "/diversions");
        for (int i = 0; i + 2 < lines.size(); i += 3) {
            if (!packages.contains(lines.get(i + 2))) {
                rules.diversions.put(lines.get(i), lines.get(i + 1));
            }
        }
        for (String line : lines(root, DpkgDatabase.DIRECTORY + "/statoverride")) {
            String[] words = line.split(" ", 4);
            if (words.length == 4 && words[2].matches("[0-7]{1,5}")) {
                rules.modes.put(words[3], Integer.parseInt(words[2], 8) & 07777);
            }
        }
        rules.filters(CONFIGURATION.resolve("dpkg.cfg"));
        Path directory = CONFIGURATION.resolve("dpkg.cfg.d");
        if (Files.isDirectory(directory)) {
            try (var names = Files.list(directory)) {
                for (Path file : names.sorted().toList()) {
                    rules.filters(file);
                }
            }
        }
        return rules;
    }

    private static List<String> lines(InstallRoot root, String name) throws IOException {
        try {
            return new String(root.read(name), StandardCharsets.UTF_8).lines().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private void filters(Path file) throws IOException {
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
            return;
        }
        for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String[] words = line.strip().split("[ =]+", 2);
            if (words.length == 2 && (words[0].equals("path-exclude") || words[0].equals("path-include"))) {
                String names = words[1].strip().replace("\"", "");
                filters.add(new Filter(words[0].equals("path-exclude"), glob(names)));
            }
        }
    }

    /** dpkg's patterns: a star matches slashes too. */
    static Pattern glob(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (close > 0) {
                regex.append(glob.substring(i, close + 1).replace("[!", "[^"));
                i = close;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** Under which name a package's file is. */
    String real(String path) {
        return diversions.getOrDefault(path, path);
    }

    boolean leftOut(String path) {
        boolean out = false;
        for (Filter filter : filters) {
            if (filter.names().matcher(path).matches()) {
                out = filter.out();
            }
        }
        return out;
    }

    Inventory apply(InstallRoot root, Inventory inventory) throws IOException {
        List<Item> items = new ArrayList<>();
        for (Item item : inventory.items()) {
            String path = real(item.path());
            if (leftOut(item.path()) && !root.exists(path)) {
                continue;
            }
            Integer mode = modes.get(item.path());
            Item here = path.equals(item.path()) ? item : item.at(path);
            items.add(mode == null ? here : here.withMode(mode));
        }
        return new Inventory(inventory.packages(), items);
    }
}
