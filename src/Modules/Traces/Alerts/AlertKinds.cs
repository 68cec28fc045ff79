using Sillage.Notifications.Contracts;

namespace Sillage.Traces.Alerts;

/// <summary>What whoever runs a study is told at night.</summary>
internal static class AlertKinds
{
    public static NotificationKind Silence { get; } =
        Of(
            "traces.silence",
            new(
                "No traces come",
                "No traces for {{ minutes }} minutes: {{ study }}",
                "In the study {{ study }} no trace came for {{ minutes }} minutes. The last one was received at {{ last }}.",
                "See the study"
            ),
            new(
                "Plus aucune trace",
                "Aucune trace depuis {{ minutes }} minutes : {{ study }}",
                "Dans l'étude {{ study }}, aucune trace n'est arrivée depuis {{ minutes }} minutes. La dernière a été reçue à {{ last }}.",
                "Voir l'étude"
            ),
            ("minutes", "30"),
            ("last", "2026-11-20 21:14 UTC")
        );

    public static NotificationKind Quarantine { get; } =
        Of(
            "traces.quarantine-grows",
            new(
                "The quarantine grows",
                "{{ count }} rejected traces within an hour: {{ study }}",
                "In the study {{ study }}, {{ count }} traces were rejected within an hour. They are kept: look what is wrong with them, mend them and "
                    + "put them back.",
                "See the quarantine"
            ),
            new(
                "La quarantaine grandit",
                "{{ count }} traces refusées en une heure : {{ study }}",
                "Dans l'étude {{ study }}, {{ count }} traces ont été refusées en une heure. Elles sont gardées : regardez ce qui ne va pas, "
                    + "corrigez-les et remettez-les.",
                "Voir la quarantaine"
            ),
            ("count", "120")
        );

    public static NotificationKind Stop { get; } =
        Of(
            "traces.participant-stops",
            new(
                "A participant stops half-way",
                "Participant {{ participant }} has stopped: {{ study }}",
                "In the study {{ study }}, a session of participant {{ participant }} was left {{ minutes }} minutes ago without its end.",
                "See the study"
            ),
            new(
                "Un participant s'arrête en route",
                "Le participant {{ participant }} s'est arrêté : {{ study }}",
                "Dans l'étude {{ study }}, une session du participant {{ participant }} a été quittée il y a {{ minutes }} minutes sans sa fin.",
                "Voir l'étude"
            ),
            ("participant", "12"),
            ("minutes", "20")
        );

    public static NotificationKind Retention { get; } =
        Of(
            "traces.retention-near",
            new(
                "Retention is about to remove",
                "Traces are about to be removed: {{ study }}",
                "The oldest traces of the study {{ study }} reach the end of their {{ days }} days on {{ date }} and are removed then. Export them before "
                    + "if you need them.",
                "See what goes"
            ),
            new(
                "La durée de conservation s'achève",
                "Des traces vont être supprimées : {{ study }}",
                "Les plus anciennes traces de l'étude {{ study }} arrivent au bout de leurs {{ days }} jours le {{ date }} et seront supprimées. Exportez-les "
                    + "avant si vous en avez besoin.",
                "Voir ce qui part"
            ),
            ("days", "365"),
            ("date", "2026-11-27")
        );

    private static NotificationKind Of(
        string name,
        NotificationTexts english,
        NotificationTexts french,
        params (string Name, string Value)[] example
    ) =>
        new(name, english, french)
        {
            Channels = NotificationChannels.App | NotificationChannels.Mail,
            Example = example
                .Append(("study", "Java Quest"))
                .Append(("url", "/console/studies/java-quest"))
                .ToDictionary(pair => pair.Item1, pair => pair.Item2),
        };
}
