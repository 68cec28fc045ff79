namespace Sillage.Specifications;

/// <summary>
/// The one switch between the short form of a test, which runs with every change, and the scale that it stands for:
/// <c>./test --long</c>, which sets <c>SILLAGE_TEST_LONG=1</c>.
/// </summary>
public static class LongRuns
{
    /// <summary>Whether the long form was asked for.</summary>
    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable("SILLAGE_TEST_LONG") == "1";

    /// <summary>How much of something: a little usually, all of it in a long run.</summary>
    public static T Scale<T>(T usually, T inLongRuns) => AreWanted ? inLongRuns : usually;
}
