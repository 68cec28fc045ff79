using System.CommandLine;

namespace Sillage.CommandLine;

/// <summary>The flags that stand for settings. They win over the environment, which wins over the file.</summary>
internal sealed class SettingFlags
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "The data folder: databases and secrets. Default: ./data",
        HelpName = "FOLDER",
    };

    private readonly Option<string> _urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by ';'. Default: http://localhost:8000",
        HelpName = "URLS",
    };

    private readonly Option<string> _modules = new("--modules")
    {
        Description = "The modules to run, separated by ','. Default: all",
        HelpName = "NAMES",
    };

    private readonly Option<FileInfo> _config = new("--config")
    {
        Description = "The settings file. Default: ./sillage.json, if there is one",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Any other setting, once for each: --set Accounts:Registration=open",
        HelpName = "NAME=VALUE",
    };

    private SettingFlags(Command command, bool serving)
    {
        command.Add(_data);
        if (serving)
        {
            command.Add(_urls);
            command.Add(_modules);
        }

        command.Add(_config);
        command.Add(_set);
        _set.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"--set takes NAME=VALUE, not '{token.Value}'.");
            }
        });
    }

    /// <summary>Adds the flags of a verb that works on the data.</summary>
    public static SettingFlags AddTo(Command command) => new(command, serving: false);

    /// <summary>Adds the flags of a verb that builds the server.</summary>
    public static SettingFlags AddServingTo(Command command) => new(command, serving: true);

    /// <summary>The settings file named by a flag, or null.</summary>
    public FileInfo? File(ParseResult parsed) => parsed.GetValue(_config);

    /// <summary>The settings given by flags.</summary>
    public IReadOnlyDictionary<string, string?> Values(ParseResult parsed)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in parsed.GetValue(_set) ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            values[pair[..equals].Replace("__", ":", StringComparison.Ordinal)] = pair[(equals + 1)..];
        }

        foreach (var (name, option) in new[] { ("Data", _data), ("Urls", _urls), ("Modules", _modules) })
        {
            if (parsed.GetResult(option) is not null)
            {
                values[name] = parsed.GetValue(option);
            }
        }

        return values;
    }
}
