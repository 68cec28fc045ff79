namespace Sillage.Rowing.Files;

/// <summary>
/// How much is kept of one file while it is read: a point, a lap or a session may take two bytes of a file and hundreds of the memory. What goes beyond is left
/// out, and said.
/// </summary>
internal sealed class FileRoom(Findings findings)
{
    /// <summary>Nearly six days with a point a second.</summary>
    public const int Points = 500_000;

    public const int Laps = 100_000;

    public const int Sessions = 10_000;

    /// <summary>So many splits or intervals has a workout, by whichever road it comes.</summary>
    public const int Parts = 1000;

    private int _points;
    private int _laps;
    private int _sessions;

    /// <summary>Whether there is room for one more point.</summary>
    public bool HasPoint() => Has(ref _points, Points, "points");

    /// <summary>Whether there is room for one more lap.</summary>
    public bool HasLap() => Has(ref _laps, Laps, "laps");

    /// <summary>Whether there is room for one more session.</summary>
    public bool HasSession() => Has(ref _sessions, Sessions, "sessions");

    /// <summary>Whether so many parts are kept of a workout.</summary>
    public static bool AreKept(IReadOnlyCollection<object> parts, Findings findings)
    {
        if (parts.Count <= Parts)
        {
            return true;
        }

        findings.Add("too-many-parts", $"A workout has at most {Parts} splits or intervals; none of these is kept.");
        return false;
    }

    private bool Has(ref int count, int most, string what)
    {
        if (count < most)
        {
            count++;
            return true;
        }

        findings.Add($"too-many-{what}", $"Of a file {most} {what} are read; those beyond are left out.");
        return false;
    }
}
