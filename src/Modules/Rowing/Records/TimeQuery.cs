using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Rowing.Records;

/// <summary>Times in a query.</summary>
internal static class TimeQuery
{
    /// <summary>The time of a query parameter; null where there is none.</summary>
    /// <exception cref="ProblemException">400: it is no time.</exception>
    public static DateTimeOffset? Read(HttpRequest request, string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        return
            DateTimeOffset.TryParseExact(
                text,
                ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var time
            ) && time.Year is > 1000 and < 3000
            ? time
            : throw new ProblemException(
                Problem.BadRequest(
                    "A query parameter is not valid.",
                    new FieldError("?" + name, "A time in RFC 3339, as 2026-05-01T00:00:00Z.")
                )
            );
    }
}
