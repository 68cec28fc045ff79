using System.Text.RegularExpressions;
using Sillage.Api.Problems;
using Sillage.Schema;

namespace Sillage.Traces.Studies;

/// <summary>What a study's slug, title and fields must be like.</summary>
internal static partial class StudyRules
{
    public const int MaximumTitle = 200;

    // The first segments of other addresses: the older routes begin with a study's slug.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "api",
        "apps",
        "assets",
        "auth",
        "chat",
        "concept2",
        "confirm-address",
        "console",
        "docs",
        "health",
        "internal",
        "metrics",
        "notifications",
        "oauth",
        "openapi",
        "reset-password",
        "rowing",
        "setup",
        "socket",
        "static",
        "unsubscribe",
        "web",
        "well-known",
        "xapi",
    };

    public static IEnumerable<FieldError> CheckSlug(string slug)
    {
        if (!SlugPattern().IsMatch(slug))
        {
            yield return new FieldError(
                "/slug",
                "2 to 63 lower case letters (a to z), digits, '-' or '_'; the first and the last are a letter or digit."
            );
        }
        else if (Reserved.Contains(slug))
        {
            yield return new FieldError("/slug", "This word is kept for the server's own addresses.");
        }
    }

    public static IEnumerable<FieldError> CheckTitle(string title)
    {
        if (title.Trim().Length == 0 || title.Length > MaximumTitle || title.Any(char.IsControl))
        {
            yield return new FieldError("/title", $"1 to {MaximumTitle} characters, none of them a control character.");
        }
    }

    /// <summary>What a change of fields takes away from traces that come by the old ones.</summary>
    public static IEnumerable<FieldError> CheckChange(
        IReadOnlyList<FieldDefinition> old,
        IReadOnlyList<FieldDefinition> changed
    )
    {
        foreach (var field in old)
        {
            var place = changed.ToList().FindIndex(f => f.Name == field.Name);
            if (place < 0)
            {
                yield return new FieldError(
                    "/fields",
                    $"The field '{field.Name}' is missing; a field cannot be removed."
                );
            }
            else if (changed[place].Type != field.Type && !changed[place].IsWiderThan(field.Type))
            {
                yield return new FieldError(
                    $"/fields/{place}/type",
                    "The type of a field cannot change, save from integer to number."
                );
            }
            else if (!changed[place].IsAsLooseAs(field))
            {
                yield return new FieldError(
                    $"/fields/{place}",
                    "A field may be loosened (not required, longer, more values), not tightened."
                );
            }
        }
    }

    /// <summary>The names of the fields of which a change shows more to readers than before.</summary>
    public static IReadOnlyList<string> Opened(
        IReadOnlyList<FieldDefinition> old,
        IReadOnlyList<FieldDefinition> changed
    ) =>
        [
            .. from field in changed
            join before in old on field.Name equals before.Name
            where field.ShowsMoreThan(before)
            select field.Name,
        ];

    /// <summary>Ends the request if there are errors.</summary>
    /// <exception cref="ProblemException">400.</exception>
    public static void Demand(IEnumerable<FieldError> errors)
    {
        if (errors.ToList() is { Count: > 0 } found)
        {
            throw new ProblemException(Problem.BadRequest("The study is not valid.", found));
        }
    }

    // \z rather than $, which lets a final line feed through.
    [GeneratedRegex(
        @"\A[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex SlugPattern();
}
