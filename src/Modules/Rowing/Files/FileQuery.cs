using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;

namespace Sillage.Rowing.Files;

/// <summary>What a request says of its files.</summary>
internal static class FileQuery
{
    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads it.</summary>
    /// <exception cref="ProblemException">400.</exception>
    public static StoredHints Read(HttpRequest request)
    {
        DateTimeOffset? start = null;
        if (request.Query["start"].ToString() is { Length: > 0 } time)
        {
            start =
                DateTimeOffset.TryParseExact(
                    time,
                    Times,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var parsed
                ) && parsed.Year is >= 1970 and < 2200
                    ? parsed
                    : throw Bad("start", "A time in RFC 3339, as 2026-11-20T06:30:00Z.");
        }

        string? zone = null;
        if (request.Query["timeZone"].ToString() is { Length: > 0 } name)
        {
            zone = TimeZoneInfo.TryFindSystemTimeZoneById(name, out _)
                ? name
                : throw Bad("timeZone", "The name of a time zone, as Europe/Zurich.");
        }

        Machine? machine = null;
        if (request.Query["machine"].ToString() is { Length: > 0 } word)
        {
            var known = Enum.GetValues<Machine>().Where(m => Word.Of(m) == word).ToList();
            machine =
                known.Count == 1
                    ? known[0]
                    : throw Bad("machine", $"One of {string.Join(", ", Enum.GetValues<Machine>().Select(Word.Of))}.");
        }

        return new StoredHints(start, zone, machine);
    }

    private static ProblemException Bad(string name, string detail) =>
        new(Problem.BadRequest("A query parameter is not valid.", new FieldError("?" + name, detail)));
}
