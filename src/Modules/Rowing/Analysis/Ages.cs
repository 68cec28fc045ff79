using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Rowing.Analysis;

/// <summary>Ages from one to another, both with it; null for all.</summary>
internal sealed partial record Ages(int? Least, int? Most)
{
    private static readonly DateTimeOffset Never = new(2300, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The ages that the parameter <c>age</c> names.</summary>
    /// <exception cref="ProblemException">400: they are none.</exception>
    public static Ages Read(HttpRequest request)
    {
        var text = request.Query["age"].ToString();
        if (text.Length == 0)
        {
            return new Ages(null, null);
        }

        if (Form().Match(text) is { Success: true } found)
        {
            var least = int.Parse(found.Groups["least"].ValueSpan, CultureInfo.InvariantCulture);
            var most = found.Groups["most"] is { Success: true } other
                ? int.Parse(other.ValueSpan, CultureInfo.InvariantCulture)
                : least;
            if (least <= most)
            {
                return new Ages(least, most);
            }
        }

        throw Bad("An age, or the first and the last, as 19 or 40-49.");
    }

    /// <summary>From when until when somebody is of these ages.</summary>
    /// <exception cref="ProblemException">400: nobody said when he was born.</exception>
    public (DateTimeOffset From, DateTimeOffset To) On(DateOnly? born)
    {
        if (Least is not { } least || Most is not { } most)
        {
            return (DateTimeOffset.UnixEpoch, Never);
        }

        return born is { } day
            ? (Birthday(day, least), Birthday(day, most + 1))
            : throw Bad("Say when you were born first: `born`, with PATCH /api/v1/rower.");
    }

    /// <summary>How old somebody is at a time.</summary>
    public static int At(DateOnly born, DateTimeOffset time)
    {
        var age = time.UtcDateTime.Year - born.Year;
        return time < Birthday(born, age) ? age - 1 : age;
    }

    // Who was born on 29 February is a year older on 28 February where there is no 29th.
    private static DateTimeOffset Birthday(DateOnly born, int age) =>
        new(born.AddYears(age).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private static ProblemException Bad(string detail) =>
        new(Problem.BadRequest("A query parameter is not valid.", new FieldError("?age", detail)));

    [GeneratedRegex(
        "^(?<least>[0-9]{1,3})(-(?<most>[0-9]{1,3}))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();
}
