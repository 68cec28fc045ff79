using System.ComponentModel.DataAnnotations;

namespace Sillage.Rowing.Workouts;

/// <summary>What no annotation can say of a workout.</summary>
internal static class WorkoutRules
{
    private static readonly DateTimeOffset First = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static IEnumerable<ValidationResult> CheckTimes(DateTimeOffset start, DateTimeOffset? end)
    {
        if (start < First || start > Last)
        {
            yield return new ValidationResult("A workout begins between 1970 and 2200.", ["Start"]);
        }
        else if (end < start || end - start > Longest)
        {
            yield return new ValidationResult("A workout ends after it began, at most seven days later.", ["End"]);
        }
    }

    public static IEnumerable<ValidationResult> CheckZone(string? zone)
    {
        if (zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            yield return new ValidationResult("Not the name of a time zone that is known here.", ["TimeZone"]);
        }
    }

    public static IEnumerable<ValidationResult> CheckTags(IReadOnlyList<string>? tags)
    {
        if (tags?.Any(tag => tag is null || tag.Length is 0 or > 50) is true)
        {
            yield return new ValidationResult("A tag has 1 to 50 characters.", ["Tags"]);
        }
    }
}
