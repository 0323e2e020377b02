package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import packhorse.console.calendar.Timetable;

/** Law 8: the shop is not disturbed while it is open. */
public final class InsideTheWindow implements Law {
    @Override
    public int number() {
        return 8;
    }

    @Override
    public String sentence() {
        return "Nothing is applied outside its window or inside a blackout, unless forced by a named person.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Start start : World.begun(before, now)) {
            Timetable timetable = now.timetables().get(start.site());
            boolean open = timetable != null && timetable.at(start.at()).isPresent();
            if (!open && start.forcedBy().isEmpty()) {
                breaches.add(Breach.of(
                        this,
                        start.action().wave().deployment(),
                        start.action() + " began at " + start.at() + ", when " + start.site() + " was closed"));
            }
        }
        return breaches;
    }
}
