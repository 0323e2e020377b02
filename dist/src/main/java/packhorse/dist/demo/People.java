package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Who comes to work at a console that has no account yet: an administrator by the first secret, and the four whom that one lets in. */
final class People {
    private static final String ADMINISTRATOR = "adam";

    private final Deployment deployment;
    private final Path folder;

    People(Deployment deployment) {
        this.deployment = deployment;
        this.folder = deployment.scratch().folder("people");
    }

    Road.Cast come() {
        logIn(ADMINISTRATOR, secret(ADMINISTRATOR), true);
        return new Road.Cast(
                join("rita", List.of("REQUESTER")),
                join("anna", List.of("APPROVER", "SOLUTION_ARCHITECT")),
                join("carl", List.of("APPROVER")),
                join(
                        "olga",
                        List.of(
                                "INSTALLATION_COORDINATOR",
                                "CHANGE_COORDINATOR",
                                "PACKAGE_BUILDER",
                                "TEST_SPECIALIST")));
    }

    /** Lets one more in, with these roles, who logs in. */
    Person join(String name, List<String> roles) {
        Path password = secret(name);
        person(ADMINISTRATOR)
                .does(
                        "account",
                        "add",
                        "--document",
                        file(name + ".account.json", """
                            {"id": "%s", "name": "%s", "roles": [%s], "password": "%s"}
                            """.formatted(
                                                name,
                                                name,
                                                roles.stream()
                                                        .map(role -> '"' + role + '"')
                                                        .collect(Collectors.joining(", ")),
                                                read(password)))
                                .toString());
        logIn(name, password, false);
        return person(name);
    }

    private void logIn(String name, Path password, boolean first) {
        List<String> words = new ArrayList<>(List.of(
                "login",
                deployment.files().consoleUrl(),
                "--ca",
                deployment.authorityCertificate().toString(),
                "--name",
                name,
                "--passphrase-file",
                password.toString(),
                "--profile",
                profile(name).toString(),
                "--quiet"));
        if (first) {
            words.addAll(List.of(
                    "--first",
                    deployment
                            .files()
                            .consoleData()
                            .resolve("first-administrator")
                            .toString()));
        }
        Person.command(words);
    }

    private Person person(String name) {
        return new Person(name, profile(name));
    }

    private Path profile(String name) {
        return folder.resolve(name + ".profile.json");
    }

    /** A password that lives as long as the demo, in a file of its own. */
    private Path secret(String name) {
        return file(name + ".password", "the demo's " + name + " works two minutes\n");
    }

    private Path file(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
