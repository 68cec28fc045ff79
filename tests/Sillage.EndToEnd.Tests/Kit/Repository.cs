namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>Where things are: this test runs from tests/Sillage.EndToEnd.Tests/bin/CONFIGURATION/FRAMEWORK.</summary>
internal static class Repository
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Output.FullName, "../../../../.."));

    /// <summary>Where the product was built along with the tests.</summary>
    public static string Built { get; } = Path.Combine(Root, "src/Sillage/bin", Output.Parent!.Name, Output.Name);

    /// <summary>
    /// The executable: the one that <c>./test</c> has the launcher build, compiled ahead as users have it, or else the one
    /// built along with the tests.
    /// </summary>
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("SILLAGE_TEST_EXECUTABLE") ?? Path.Combine(Built, "sillage");
}
