namespace Sillage.Specifications;

/// <summary>A folder of the test's own, removed with all that is in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("sillage-test-").FullName;

    public string Path { get; }

    public static implicit operator string(TemporaryFolder folder) => folder.Path;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public override string ToString() => Path;

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
