namespace Sillage.Api.Requests.Reading;

/// <summary>Finds what someone probably meant.</summary>
public static class NearestName
{
    // Longer names are not typed by hand, and the comparison is quadratic.
    private const int LongestCompared = 64;

    /// <summary>The known name that differs least, or null where none is near.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > LongestCompared)
        {
            return null;
        }

        var (best, bestDistance) = ((string?)null, Math.Max(1, name.Length / 3) + 1);
        foreach (var candidate in known.Where(k => k.Length <= LongestCompared))
        {
            var distance = Distance(Plain(name), Plain(candidate));
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary><c>; did you mean 'x'?</c>, or a full stop where none is near: the end of a sentence about the name.</summary>
    public static string Hint(string name, IEnumerable<string> known) =>
        Of(name, known) is { } near ? $"; did you mean '{near}'?" : ".";

    /// <summary>Says that a name is not known, and what would be.</summary>
    public static string Unknown(string name, IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        var shown = Shown(name);
        return (Of(name, known), known.Count) switch
        {
            ({ } near, _) => $"'{shown}' is not known here; did you mean '{near}'?",
            (null, 0) => $"'{shown}' is not known here; nothing is.",
            _ => $"'{shown}' is not known here; known are {string.Join(", ", known.Take(30))}.",
        };
    }

    /// <summary>The name, or its beginning: it may be as long as what it came in.</summary>
    public static string Shown(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > LongestCompared ? name[..LongestCompared] + "…" : name;
    }

    // display_name and DisplayName are displayName to a person.
    private static string Plain(string name) =>
        new([.. name.Where(c => c is not ('_' or '-')).Select(char.ToLowerInvariant)]);

    // Levenshtein, two rows.
    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, 1 + Math.Min(previous[j], current[j - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
