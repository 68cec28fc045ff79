using System.Globalization;
using Sillage.Rowing.Records;

namespace Sillage.Rowing.Logbook;

/// <summary>The words and units of that API.</summary>
internal static class LogbookWords
{
    public const string DateForm = "yyyy-MM-dd HH:mm:ss";

    public static string Of(Machine machine) => Word.Of(machine);

    public static Machine? MachineOf(string word) =>
        Enum.GetValues<Machine>()
            .Where(machine => Word.Of(machine) == word)
            .Select(machine => (Machine?)machine)
            .FirstOrDefault();

    public static string Of(WorkoutType type) => type == WorkoutType.Unknown ? "unknown" : type.ToString();

    public static WorkoutType? TypeOf(string word) =>
        Enum.GetValues<WorkoutType>()
            .Where(type => Of(type) == word)
            .Select(type => (WorkoutType?)type)
            .FirstOrDefault();

    public static string Of(Privacy privacy) => privacy == Privacy.LoggedIn ? "logged_in" : Word.Of(privacy);

    public static Privacy? PrivacyOf(string word) =>
        Enum.GetValues<Privacy>()
            .Where(privacy => Of(privacy) == word)
            .Select(privacy => (Privacy?)privacy)
            .FirstOrDefault();

    /// <summary>Whether a machine's paces are for 1000 m.</summary>
    public static int PaceMetres(Machine machine) => machine == Machine.Bike ? 1000 : 500;

    /// <summary>Tenths of a second as <c>14:24.9</c>.</summary>
    public static string Clock(long tenths)
    {
        var (hours, minutes, seconds, part) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60, tenths % 10);
        return hours > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{hours}:{minutes:00}:{seconds:00}.{part}")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes}:{seconds:00}.{part}");
    }
}
