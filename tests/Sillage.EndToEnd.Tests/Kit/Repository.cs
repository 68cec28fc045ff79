namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>Where things are: this test runs from tests/Sillage.EndToEnd.Tests/bin/CONFIGURATION/FRAMEWORK.</summary>
internal static class Repository
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Output.FullName, "../../../../.."));

    /// <summary>The executable as built along with the tests.</summary>
    public static string Executable { get; } =
        Path.Combine(Root, "src/Sillage/bin", Output.Parent!.Name, Output.Name, "sillage");
}
