using System.Text.Json;

namespace Sillage.Rowing.Records;

/// <summary>The machines, boats and boards, by the names that the field has for them.</summary>
public enum Machine
{
    /// <summary>A rowing ergometer.</summary>
    Rower,

    /// <summary>A ski ergometer.</summary>
    Skierg,

    /// <summary>A bike ergometer.</summary>
    Bike,

    /// <summary>An ergometer that moves under the rower.</summary>
    Dynamic,

    /// <summary>An ergometer on slides.</summary>
    Slides,

    /// <summary>A paddling ergometer.</summary>
    Paddle,

    /// <summary>A boat.</summary>
    Water,

    /// <summary>Skis.</summary>
    Snow,

    /// <summary>Roller skis.</summary>
    Rollerski,

    /// <summary>Several ergometers, one after the other.</summary>
    Multierg,
}

/// <summary>What a monitor was set to.</summary>
public enum WorkoutType
{
    /// <summary>Not said.</summary>
    Unknown,

    /// <summary>Until one stops.</summary>
    JustRow,

    /// <summary>One distance.</summary>
    FixedDistanceSplits,

    /// <summary>One time.</summary>
    FixedTimeSplits,

    /// <summary>So many calories.</summary>
    FixedCalorie,

    /// <summary>So many watt-minutes.</summary>
    FixedWattMinute,

    /// <summary>Intervals of one time.</summary>
    FixedTimeInterval,

    /// <summary>Intervals of one distance.</summary>
    FixedDistanceInterval,

    /// <summary>Intervals of so many calories.</summary>
    FixedCalorieInterval,

    /// <summary>Intervals of so many watt-minutes.</summary>
    FixedWattMinuteInterval,

    /// <summary>Intervals that differ.</summary>
    VariableInterval,

    /// <summary>Intervals that differ, with rests as long as one likes.</summary>
    VariableIntervalUndefinedRest,
}

/// <summary>Who may read a workout besides its rower and those in whose squads he agreed to be read.</summary>
public enum Privacy
{
    /// <summary>Nobody.</summary>
    Private,

    /// <summary>Nobody else yet: kept for clients that know the word.</summary>
    Partners,

    /// <summary>Whoever has an account.</summary>
    LoggedIn,

    /// <summary>Whoever has an account; nothing here is read without one.</summary>
    Everyone,
}

/// <summary>The class of weight, where there is one.</summary>
public enum WeightClass
{
    /// <summary>Heavyweight.</summary>
    H,

    /// <summary>Lightweight.</summary>
    L,
}

/// <summary>By which road a workout came.</summary>
public enum Source
{
    /// <summary>As JSON, whole.</summary>
    Sent,

    /// <summary>Stroke by stroke.</summary>
    Live,

    /// <summary>A FIT file.</summary>
    Fit,

    /// <summary>A TCX file.</summary>
    Tcx,

    /// <summary>A GPX file.</summary>
    Gpx,

    /// <summary>A CSV file.</summary>
    Csv,

    /// <summary>The API of the Concept2 Logbook.</summary>
    Logbook,
}

/// <summary>What an interval is measured by.</summary>
public enum IntervalType
{
    /// <summary>A time.</summary>
    Time,

    /// <summary>A distance.</summary>
    Distance,

    /// <summary>Calories.</summary>
    Calorie,

    /// <summary>Watt-minutes.</summary>
    Wattminute,
}

/// <summary>An enumeration's words, as they stand in JSON and in tables.</summary>
internal static class Word
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static T Read<T>(string word)
        where T : struct, Enum =>
        Enum.TryParse<T>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value)
            ? value
            : throw new InvalidDataException($"'{word}' is not a {typeof(T).Name}.");
}
