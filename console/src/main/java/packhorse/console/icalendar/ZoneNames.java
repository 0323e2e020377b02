package packhorse.console.icalendar;

import java.time.ZoneId;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What zone a name in a calendar means. IANA's names come plain, or behind a maker's prefix ({@code /example.org/2025a/Europe/Berlin}). Exchange
 * and Outlook write the names of Windows; the table gives those of them that offices have, each with the zone that Unicode CLDR names for it
 * (windowsZones, territory 001). A definition that the file brings along (VTIMEZONE) is not read: it knows the rules of the day it was written.
 */
final class ZoneNames {
    private static final String WINDOWS = """
        UTC=Etc/UTC
        Greenwich Standard Time=Atlantic/Reykjavik
        GMT Standard Time=Europe/London
        W. Europe Standard Time=Europe/Berlin
        Central Europe Standard Time=Europe/Budapest
        Central European Standard Time=Europe/Warsaw
        Romance Standard Time=Europe/Paris
        E. Europe Standard Time=Europe/Chisinau
        FLE Standard Time=Europe/Kyiv
        GTB Standard Time=Europe/Bucharest
        Turkey Standard Time=Europe/Istanbul
        Russian Standard Time=Europe/Moscow
        Belarus Standard Time=Europe/Minsk
        Kaliningrad Standard Time=Europe/Kaliningrad
        Morocco Standard Time=Africa/Casablanca
        W. Central Africa Standard Time=Africa/Lagos
        South Africa Standard Time=Africa/Johannesburg
        E. Africa Standard Time=Africa/Nairobi
        Egypt Standard Time=Africa/Cairo
        Israel Standard Time=Asia/Jerusalem
        Jordan Standard Time=Asia/Amman
        Middle East Standard Time=Asia/Beirut
        Arab Standard Time=Asia/Riyadh
        Arabic Standard Time=Asia/Baghdad
        Arabian Standard Time=Asia/Dubai
        Iran Standard Time=Asia/Tehran
        Azerbaijan Standard Time=Asia/Baku
        Georgian Standard Time=Asia/Tbilisi
        Caucasus Standard Time=Asia/Yerevan
        West Asia Standard Time=Asia/Tashkent
        Pakistan Standard Time=Asia/Karachi
        India Standard Time=Asia/Kolkata
        Sri Lanka Standard Time=Asia/Colombo
        Nepal Standard Time=Asia/Kathmandu
        Bangladesh Standard Time=Asia/Dhaka
        Myanmar Standard Time=Asia/Yangon
        SE Asia Standard Time=Asia/Bangkok
        China Standard Time=Asia/Shanghai
        Singapore Standard Time=Asia/Singapore
        Taipei Standard Time=Asia/Taipei
        W. Australia Standard Time=Australia/Perth
        Tokyo Standard Time=Asia/Tokyo
        Korea Standard Time=Asia/Seoul
        Cen. Australia Standard Time=Australia/Adelaide
        AUS Central Standard Time=Australia/Darwin
        E. Australia Standard Time=Australia/Brisbane
        AUS Eastern Standard Time=Australia/Sydney
        Tasmania Standard Time=Australia/Hobart
        New Zealand Standard Time=Pacific/Auckland
        Fiji Standard Time=Pacific/Fiji
        Azores Standard Time=Atlantic/Azores
        Cape Verde Standard Time=Atlantic/Cape_Verde
        E. South America Standard Time=America/Sao_Paulo
        Argentina Standard Time=America/Buenos_Aires
        SA Eastern Standard Time=America/Cayenne
        Greenland Standard Time=America/Godthab
        Newfoundland Standard Time=America/St_Johns
        Atlantic Standard Time=America/Halifax
        Pacific SA Standard Time=America/Santiago
        SA Western Standard Time=America/La_Paz
        Venezuela Standard Time=America/Caracas
        Eastern Standard Time=America/New_York
        US Eastern Standard Time=America/Indianapolis
        SA Pacific Standard Time=America/Bogota
        Central Standard Time=America/Chicago
        Canada Central Standard Time=America/Regina
        Central America Standard Time=America/Guatemala
        Central Standard Time (Mexico)=America/Mexico_City
        Mountain Standard Time=America/Denver
        US Mountain Standard Time=America/Phoenix
        Pacific Standard Time=America/Los_Angeles
        Alaskan Standard Time=America/Anchorage
        Hawaiian Standard Time=Pacific/Honolulu
        """;

    private static final Map<String, ZoneId> BY_WINDOWS = byWindows();

    private ZoneNames() {}

    private static Map<String, ZoneId> byWindows() {
        Map<String, ZoneId> zones = new HashMap<>();
        WINDOWS.lines().forEach(line -> {
            int middle = line.indexOf('=');
            zones.put(line.substring(0, middle).toLowerCase(Locale.ROOT), ZoneId.of(line.substring(middle + 1)));
        });
        return Map.copyOf(zones);
    }

    static Optional<ZoneId> find(String name, Map<String, ZoneId> given) {
        ZoneId named = given.get(name);
        if (named != null) {
            return Optional.of(named);
        }
        String rest = name.strip();
        while (true) {
            if (ZoneId.getAvailableZoneIds().contains(rest)) {
                return Optional.of(ZoneId.of(rest));
            }
            int slash = name.startsWith("/") ? rest.indexOf('/') : -1;
            if (slash < 0) {
                return Optional.ofNullable(BY_WINDOWS.get(name.strip().toLowerCase(Locale.ROOT)));
            }
            rest = rest.substring(slash + 1);
        }
    }
}
