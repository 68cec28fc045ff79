namespace Sillage.Rowing.Strokes;

/// <summary>What monitors show, by the formulas that they use; checked on the rows of a real season.</summary>
internal static class Formulas
{
    /// <summary>Seconds for 500 m; null for no distance or no time.</summary>
    public static double? Pace(double metres, double seconds) =>
        metres > 0 && seconds > 0 ? 500 * seconds / metres : null;

    /// <summary>A pace as a monitor shows it: cut off, not rounded, to tenths.</summary>
    public static double Shown(double pace) => Math.Floor((pace * 10) + 1e-6) / 10;

    /// <summary>Watts, from a pace that is not rounded.</summary>
    public static double? Watts(double? pace) => pace is > 0 ? 2.80 / Math.Pow(pace.Value / 500, 3) : null;

    /// <summary>The pace that takes so many watts, seconds for 500 m.</summary>
    public static double? PaceOf(double watts) => watts > 0 ? 500 * Math.Pow(2.80 / watts, 1d / 3) : null;

    /// <summary>Calories an hour, as a monitor shows them.</summary>
    public static double CaloriesAnHour(double watts) => Math.Floor((watts * 4 * 0.8604) + 300);

    /// <summary>Calories of a split of so many seconds.</summary>
    public static double Calories(double watts, double seconds) => Math.Floor(CaloriesAnHour(watts) * seconds / 3600);

    /// <summary>The same by the rower's own weight.</summary>
    public static double CaloriesAnHour(double watts, double kilograms) =>
        ((CaloriesAnHour(watts) - 300) * kilograms / 79.5) + 300;

    /// <summary>A time as a rower of 270 lb would have rowed it.</summary>
    public static double WeightAdjusted(double seconds, double kilograms) =>
        seconds * Math.Pow(kilograms / 0.45359237 / 270, 0.222);

    /// <summary>The time over another distance, by the power law.</summary>
    public static double Predicted(double seconds, double metres, double over) =>
        seconds * Math.Pow(over / metres, 1.07);

    /// <summary>The pace over another distance by Paul's law: five seconds more each time it doubles.</summary>
    public static double PaulsPace(double pace, double metres, double over) => pace + (5 * Math.Log2(over / metres));
}
