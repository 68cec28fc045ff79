using System.CommandLine;
using Sillage.Accounts.Contracts;
using Sillage.CommandLine;
using Sillage.Hosting.Settings;
using Sillage.Storage;

namespace Sillage.Verbs;

/// <summary><c>sillage reset-password USERNAME</c>: the way back in for an administrator who lost the password.</summary>
internal static class ResetPassword
{
    public static Command Create()
    {
        var username = new Argument<string>("USERNAME") { Description = "Whose password it is." };
        var verb = new Verb(
            "reset-password",
            "Give an account a new password, unlock it and end its sessions; the server must be stopped. "
                + "For others than the last administrator, an administrator can do it through the API.",
            ("sillage reset-password admin", "prints the new password, once"),
            ("sillage reset-password admin --data /var/lib/sillage", "with the data elsewhere")
        )
        {
            username,
        };
        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, cancellation) =>
            {
                await using var app = Server.Build(flags, parsed);
                var reset =
                    app.Services.GetService<IPasswordReset>()
                    ?? throw new SettingsException(
                        "the accounts are not among the chosen modules; add accounts to the setting Modules."
                    );
                await app.Services.GetRequiredService<StorageStartup>().OpenAsync(cancellation);
                var name = parsed.GetRequiredValue(username);
                var password =
                    await reset.ResetAsync(name, cancellation)
                    ?? throw new SettingsException(
                        $"nobody here is called {name}. Check the spelling, and the data with --data."
                    );
                Console.WriteLine(password);
                return ExitCode.Done;
            }
        );
        return verb;
    }
}
